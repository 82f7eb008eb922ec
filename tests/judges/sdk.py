"""The vendors' own SDKs judge the fake provider.

    cargo build -p test-utils --bin fake-provider
    python -m pip install anthropic openai
    python tests/judges/sdk.py target/debug/fake-provider

Each check plays a script and asks through an official client; what the client understood must be
what the script says. The provider judges the client in turn: a client that sends back what it
never got fails the check too. Everything stays on loopback.
"""

import json
import subprocess
import sys

import anthropic
import openai

TOOL = {"type": "object", "properties": {"path": {"type": "string"}}}
CALL = {"tool": "edit", "arguments": {"path": "a/é😀.rs", "n": [1, 2.5, None]}}
TEXT = "Some words, é and 😀, of the answer."


class Provider:
    """The fake provider as a child; `with` ends it and fails if a request broke the law."""

    def __init__(self, program, piece):
        self.command = [program] + ([str(piece)] if piece else [])

    def __enter__(self):
        self.child = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = self.child.stdout.readline().strip()
        return self

    def push(self, **answer):
        self.child.stdin.write(json.dumps(answer) + "\n")
        self.child.stdin.flush()
        said = self.child.stdout.readline().strip()
        assert said == "ready", said

    def __exit__(self, kind, *_):
        self.child.stdin.close()
        said = self.child.stdout.read()
        code = self.child.wait()
        assert kind or code == 0, said


def same(got, expected):
    assert got == expected, f"got {got!r}, expected {expected!r}"


def raises(kind, ask):
    try:
        ask()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


class Anthropic:
    """Anthropic's Messages."""

    def __init__(self, provider):
        self.client = anthropic.Anthropic(base_url=provider.url, api_key="k", max_retries=2)
        self.provider = provider

    def stream(self, messages, **more):
        arguments = {
            "model": "m",
            "max_tokens": 100,
            "messages": messages,
            "tools": [{"name": "edit", "description": "edits", "input_schema": TOOL}],
            **more,
        }
        with self.client.messages.stream(**arguments) as stream:
            shown = "".join(stream.text_stream)
            return shown, stream.get_final_message()

    def check_a_loop(self):
        """Thinking, text and two calls; all goes back; the second answer is the last."""
        user = {"role": "user", "content": "go"}
        self.provider.push(thinking="Hm… 😀", text=TEXT, call=CALL, second_call=CALL)
        shown, message = self.stream([user])
        same(shown, TEXT)
        same(message.stop_reason, "tool_use")
        thinking, text, call, second = message.content
        same((thinking.type, thinking.thinking), ("thinking", "Hm… 😀"))
        assert thinking.signature
        same((text.type, text.text), ("text", TEXT))
        same((call.name, call.input), ("edit", CALL["arguments"]))
        assert call.id != second.id
        same(message.usage.output_tokens > 1, True)
        results = [
            {"type": "tool_result", "tool_use_id": id, "content": "done"}
            for id in (call.id, second.id)
        ]
        turn = {"role": "assistant", "content": [b.to_dict() for b in message.content]}
        self.provider.push(text="Done.")
        history = [user, turn, {"role": "user", "content": results}]
        shown, message = self.stream(history)
        same((shown, message.stop_reason), ("Done.", "end_turn"))

    def check_the_cache(self):
        """What was marked is read the next time."""
        system = [{"type": "text", "text": "x" * 8000, "cache_control": {"type": "ephemeral"}}]
        for read in (False, True):
            self.provider.push(text="Hi")
            _, message = self.stream([{"role": "user", "content": "go"}], system=system)
            same(message.usage.cache_read_input_tokens > 0, read)
            same(message.usage.cache_creation_input_tokens > 0, not read)

    def check_endings(self):
        user = [{"role": "user", "content": "go"}]
        self.provider.push(text=TEXT, refused="no")
        _, message = self.stream(user)
        same((message.stop_reason, message.stop_details.explanation), ("refusal", "no"))
        self.provider.push(text=TEXT, cut_by_limit=True)
        shown, message = self.stream(user)
        same((message.stop_reason, TEXT.startswith(shown)), ("max_tokens", True))
        self.provider.push()
        _, message = self.stream(user)
        same((message.content, message.stop_reason), ([], "end_turn"))

    def check_faults(self):
        user = [{"role": "user", "content": "go"}]
        # The client tries again by itself.
        self.provider.push(failure="overloaded", headers=[["retry-after-ms", "1"]])
        self.provider.push(failure="rate_limited", headers=[["retry-after-ms", "1"]])
        self.provider.push(text="Hi")
        same(self.stream(user)[0], "Hi")
        self.provider.push(failure="overflow")
        error = raises(anthropic.BadRequestError, lambda: self.stream(user))
        assert "prompt is too long" in error.message, error.message
        self.provider.push(text=TEXT, fault="error_event")
        error = raises(anthropic.APIStatusError, lambda: self.stream(user))
        assert "Overloaded" in error.message, error.message
        self.provider.push(text=TEXT, fault="reset")
        raises(Exception, lambda: self.stream(user))

    def check_without_a_stream(self):
        self.provider.push(text=TEXT, call=CALL)
        message = self.client.messages.create(
            model="m", max_tokens=100, messages=[{"role": "user", "content": "go"}]
        )
        same((message.content[0].text, message.content[1].input), (TEXT, CALL["arguments"]))
        count = self.client.messages.count_tokens(
            model="m", messages=[{"role": "user", "content": "go"}]
        )
        assert count.input_tokens > 0


class OpenAI:
    """What the checks of both of OpenAI's dialects have in common."""

    def __init__(self, provider):
        url = provider.url + "/v1"
        self.client = openai.OpenAI(base_url=url, api_key="k", max_retries=2)
        self.provider = provider

    def check_faults(self):
        # The client tries again by itself.
        self.provider.push(failure="overloaded", headers=[["retry-after-ms", "1"]])
        self.provider.push(failure="rate_limited", headers=[["retry-after-ms", "1"]])
        self.provider.push(text=TEXT)
        same(self.shown(), TEXT)
        self.provider.push(failure="overflow")
        error = raises(openai.BadRequestError, self.shown)
        same(error.code, "context_length_exceeded")
        self.provider.push(text=TEXT, fault="reset")
        raises(Exception, self.shown)

    def check_the_cache(self):
        """The prompt is kept without being asked."""
        for read in (False, True):
            self.provider.push(text="Hi")
            same(self.cached("x" * 8000) > 0, read)


class Chat(OpenAI):
    """Chat Completions."""

    TOOLS = [{"type": "function", "function": {"name": "edit", "parameters": TOOL}}]

    def stream(self, messages):
        with self.client.chat.completions.stream(
            model="m",
            messages=messages,
            tools=self.TOOLS,
            stream_options={"include_usage": True},
        ) as stream:
            shown = "".join(e.delta for e in stream if e.type == "content.delta")
            return shown, stream.get_final_completion()

    def shown(self):
        return self.stream([{"role": "user", "content": "go"}])[0]

    def cached(self, text):
        _, completion = self.stream([{"role": "user", "content": text}])
        return completion.usage.prompt_tokens_details.cached_tokens

    def check_a_loop(self):
        user = {"role": "user", "content": "go"}
        self.provider.push(text=TEXT, call=CALL, second_call=CALL)
        shown, completion = self.stream([user])
        choice = completion.choices[0]
        same((shown, choice.message.content, choice.finish_reason), (TEXT, TEXT, "tool_calls"))
        calls = choice.message.tool_calls
        for call in calls:
            same(call.function.name, "edit")
            same(json.loads(call.function.arguments), CALL["arguments"])
        turn = {
            "role": "assistant",
            "content": choice.message.content,
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
                for call in calls
            ],
        }
        results = [{"role": "tool", "tool_call_id": call.id, "content": "done"} for call in calls]
        self.provider.push(text="Done.")
        shown, completion = self.stream([user, turn, *results])
        same((shown, completion.choices[0].finish_reason), ("Done.", "stop"))

    def check_endings(self):
        user = [{"role": "user", "content": "go"}]
        self.provider.push(refused="no")
        _, completion = self.stream(user)
        same(completion.choices[0].message.refusal, "no")
        self.provider.push(text=TEXT, cut_by_limit=True)
        raises(openai.LengthFinishReasonError, lambda: self.stream(user))
        self.provider.push(text=TEXT, fault="error_event")
        error = raises(openai.APIError, lambda: self.stream(user))
        assert "Overloaded" in error.message, error.message

    def check_without_a_stream(self):
        self.provider.push(text=TEXT, call=CALL)
        completion = self.client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "go"}]
        )
        message = completion.choices[0].message
        same(message.content, TEXT)
        same(json.loads(message.tool_calls[0].function.arguments), CALL["arguments"])


class Responses(OpenAI):
    """Responses."""

    TOOLS = [{"type": "function", "name": "edit", "parameters": TOOL, "strict": False}]

    def stream(self, items):
        with self.client.responses.stream(
            model="m", input=items, tools=self.TOOLS, store=False
        ) as stream:
            shown = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
            return shown, stream.get_final_response()

    def shown(self):
        return self.stream([{"role": "user", "content": "go"}])[0]

    def cached(self, text):
        _, response = self.stream([{"role": "user", "content": text}])
        return response.usage.input_tokens_details.cached_tokens

    def check_a_loop(self):
        user = {"role": "user", "content": "go"}
        self.provider.push(thinking="Hm… 😀", text=TEXT, call=CALL, second_call=CALL)
        shown, response = self.stream([user])
        same((shown, response.output_text, response.status), (TEXT, TEXT, "completed"))
        reasoning, message, *calls = response.output
        same((reasoning.type, reasoning.summary[0].text), ("reasoning", "Hm… 😀"))
        assert reasoning.encrypted_content
        for call in calls:
            same((call.type, call.name), ("function_call", "edit"))
            same(json.loads(call.arguments), CALL["arguments"])
        results = [
            {"type": "function_call_output", "call_id": call.call_id, "output": "done"}
            for call in calls
        ]
        # Of what the client parsed into a call, only what came is sent back.
        turn = [item.to_dict() for item in response.output]
        for item in turn:
            item.pop("parsed_arguments", None)
            for part in item.get("content") or []:
                part.pop("parsed", None)
        self.provider.push(text="Done.")
        same(self.stream([user, *turn, *results])[0], "Done.")

    def check_endings(self):
        user = [{"role": "user", "content": "go"}]
        self.provider.push(refused="no")
        _, response = self.stream(user)
        same(response.output[0].content[0].refusal, "no")
        self.provider.push(text=TEXT, cut_by_limit=True)
        last = self.last_event(user)
        same(last.type, "response.incomplete")
        same(last.response.incomplete_details.reason, "max_output_tokens")
        # This client hands an error on as an event.
        self.provider.push(text=TEXT, fault="error_event")
        last = self.last_event(user)
        same((last.type, last.message), ("error", "Overloaded"))

    def last_event(self, items):
        with self.client.responses.create(
            model="m", input=items, tools=self.TOOLS, store=False, stream=True
        ) as stream:
            return list(stream)[-1]

    def check_without_a_stream(self):
        self.provider.push(text=TEXT, call=CALL)
        response = self.client.responses.create(model="m", input="go", store=False)
        same(response.output_text, TEXT)
        same(json.loads(response.output[1].arguments), CALL["arguments"])


def main(program):
    failed = 0
    for dialect in (Anthropic, Chat, Responses):
        for name in sorted(name for name in dir(dialect) if name.startswith("check_")):
            for piece in (None, 1, 3, 7):
                try:
                    with Provider(program, piece) as provider:
                        getattr(dialect(provider), name)()
                    verdict = "ok"
                except Exception as error:  # each check stands for itself
                    verdict = f"FAILED: {type(error).__name__}: {error}"
                    failed += 1
                print(f"{dialect.__name__} {name} piece={piece}: {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
