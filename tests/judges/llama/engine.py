"""A real inference engine with a model that is made here: llama.cpp's own server, out of the wheel
xllamacpp, on a free port of loopback.

    python engine.py scripted SCRIPT    says what the script says
    python engine.py random SEED        says anything

It prints its address, and goes when its standard input ends.

A script is an object that maps numbers to texts: {"0": "…", "2": "…"}. The text of K is said in a conversation that
holds K results of tools. How that works: a transformer whose attention and feed-forward layers are
all zeros sees nothing but the last token. If each token's embedding is a unit vector of its own,
the output layer is a table that says which token follows which. So a text is cut into tokens that
occur once, and each is made to be followed by the next. The chat template ends the prompt with the
token that stands for K, which the first token of its text follows.
"""

import json
import pathlib
import socket
import sys
import tempfile

import gguf
import numpy
import xllamacpp

FIXED = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
FILL_IN = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>"]
# Embeddings are padded to a multiple of it.
STEP = 32
CONTEXT = 65536
# Characters of a text in one token, at least.
PIECE = 3


def letters_of_bytes():
    """How GPT-2's vocabulary writes each byte as a printable character."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown}
    letters |= {byte: chr(256 + place) for place, byte in enumerate(hidden)}
    return letters


LETTERS = letters_of_bytes()


def written(data):
    return "".join(LETTERS[byte] for byte in data)


def cut(text, used):
    """Cuts the text's bytes, characters in the middle, into pieces that `used` does not hold."""
    data, pieces, at = text.encode(), [], 0
    while at < len(data):
        size = PIECE
        while data[at : at + size] in used and at + size < len(data):
            size += 1
        piece = data[at : at + size]
        while piece in used:
            # The end of the text is known already: the pieces before it are joined with it.
            last = pieces.pop()
            used.discard(last)
            at -= len(last)
            piece = last + piece
        used.add(piece)
        pieces.append(piece)
        at += len(piece)
    return pieces


class Vocabulary:
    def __init__(self):
        self.tokens = [LETTERS[byte] for byte in range(256)]
        self.kinds = [gguf.TokenType.NORMAL] * 256
        # An engine wants to see at least one merge.
        self.merges = ["t h"]
        self.add("th")
        for token in FIXED + FILL_IN:
            self.add(token, gguf.TokenType.CONTROL)

    def add(self, token, kind=gguf.TokenType.NORMAL):
        self.tokens.append(token)
        self.kinds.append(kind)
        return len(self.tokens) - 1

    def pad(self):
        while len(self.tokens) % STEP:
            self.add(f"<|unused {len(self.tokens)}|>", gguf.TokenType.CONTROL)
        return len(self.tokens)

    def number(self, token):
        return self.tokens.index(token)


def begin(path, vocabulary, width, heads, forward):
    """A file of the llama architecture with one layer, up to its tensors."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("made-for-tests")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(forward)
    writer.add_head_count(heads)
    writer.add_head_count_kv(1)
    writer.add_key_length(8)
    writer.add_value_length(8)
    writer.add_rope_dimension_count(8)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.kinds)
    writer.add_token_merges(vocabulary.merges)
    writer.add_bos_token_id(vocabulary.number("<|endoftext|>"))
    writer.add_pad_token_id(vocabulary.number("<|endoftext|>"))
    writer.add_eos_token_id(vocabulary.number("<|im_end|>"))
    writer.add_add_bos_token(False)
    for name, token in zip(["pre", "suf", "mid", "rep", "sep"], FILL_IN):
        writer.add_uint32(f"tokenizer.ggml.fim_{name}_token_id", vocabulary.number(token))
    writer.add_chat_template((pathlib.Path(__file__).parent / "chat.jinja").read_text())
    return writer


def finish(writer, width, heads, forward, embedding, output, layer):
    """Writes the tensors; `layer` makes those of the layer by their shape."""
    ones = numpy.ones(width, dtype=numpy.float32)
    tensors = {
        "token_embd.weight": embedding,
        "output_norm.weight": ones,
        "output.weight": output,
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        "blk.0.attn_q.weight": layer(heads * 8, width),
        "blk.0.attn_k.weight": layer(8, width),
        "blk.0.attn_v.weight": layer(8, width),
        "blk.0.attn_output.weight": layer(width, heads * 8),
        "blk.0.ffn_gate.weight": layer(forward, width),
        "blk.0.ffn_up.weight": layer(forward, width),
        "blk.0.ffn_down.weight": layer(width, forward),
    }
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def scripted(path, script):
    vocabulary = Vocabulary()
    follows, used = {}, {bytes([byte]) for byte in range(256)} | {b"th"}
    end = vocabulary.number("<|im_end|>")
    for results, text in script.items():
        last = vocabulary.add(f"<|after {results}|>", gguf.TokenType.CONTROL)
        for piece in cut(text, used):
            next = vocabulary.add(written(piece))
            follows[last] = next
            last = next
        follows[last] = end
    size = vocabulary.pad()
    writer = begin(path, vocabulary, size, 4, STEP)
    output = numpy.zeros((size, size), dtype=numpy.float32)
    for token in range(size):
        output[follows.get(token, end), token] = 5
    embedding = numpy.eye(size, dtype=numpy.float32)
    nothing = lambda *shape: numpy.zeros(shape, dtype=numpy.float32)
    finish(writer, size, 4, STEP, embedding, output, nothing)


def random(path, seed):
    vocabulary = Vocabulary()
    # The template names them.
    for results in range(9):
        vocabulary.add(f"<|after {results}|>", gguf.TokenType.CONTROL)
    for token in ["<think>", "</think>", "<tool_call>", "</tool_call>"]:
        vocabulary.add(token, gguf.TokenType.USER_DEFINED)
    size, width = vocabulary.pad(), 64
    chance = numpy.random.default_rng(seed)

    def weights(scale):
        return lambda *shape: (chance.standard_normal(shape) * scale).astype(numpy.float32)

    writer = begin(path, vocabulary, width, 8, 128)
    embedding, output = weights(0.5)(size, width), weights(0.5)(size, width)
    finish(writer, width, 8, 128, embedding, output, weights(0.05))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve(path):
    wanted = xllamacpp.CommonParams()
    wanted.model.path = path
    wanted.port = free_port()
    wanted.n_ctx = CONTEXT
    wanted.n_parallel = 1
    wanted.cpuparams.n_threads = 1
    wanted.warmup = False
    wanted.use_jinja = True
    wanted.endpoint_slots = True
    server = xllamacpp.Server(wanted)
    print(server.listening_address, flush=True)
    sys.stdin.read()


def main(kind, what):
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/model.gguf"
        if kind == "scripted":
            scripted(path, json.loads(what))
        else:
            random(path, int(what))
        serve(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
