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


def main(program):
    failed = 0
    for dialect in (Anthropic,):
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
