"""Write the scenarios: too large or too strange to keep in a repository."""

from pathlib import Path

HEAD = "name: hostile\nmatrix:\n  clients: [epoll]\n"


def bomb():
    """Ten levels of ten aliases each: 10^10 nodes when resolved."""
    lines = ["x-a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x-a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    return HEAD + "\n".join(lines) + "\n"


def billion():
    """Three axes of a thousand values each."""
    thousand = range(1, 1001)
    return (
        "name: billion\nmatrix:\n  clients: [epoll]\n"
        f"  concurrency: [{', '.join(map(str, thousand))}]\n"
        f"  duration: [{', '.join(f'{i}s' for i in thousand)}]\n"
        f"  urls: [{', '.join(f'/get?{i}' for i in thousand)}]\n"
    )


scenarios = {
    "bomb": bomb().encode(),
    "deep": (HEAD + "x-deep: " + "[" * 100_000 + "]" * 100_000 + "\n").encode(),
    "big": (HEAD + "".join(f"# {'x' * 97}\n" for _ in range(100_000))).encode(),
    "utf8": HEAD.encode() + b"description: caf\xe9\n",
    "nul": HEAD.encode() + b"description: a\0b\n",
    "billion": billion().encode(),
    "crowd": (HEAD + "  concurrency: [1000000000]\n").encode(),
}
for name, data in scenarios.items():
    Path(f"{name}.yaml").write_bytes(data)
