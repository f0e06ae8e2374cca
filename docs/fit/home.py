"""A folder of configurations that is the project's but for the constants of one generation."""

import re


def with_value(text, key, value):
    """`key: ...` or `key:` and a `value: ...` below it, replaced; text with several or no such key is refused."""
    pattern = re.compile(rf"^( *){key}:(?: [^\n]*|\n +value: [^\n]*)$", re.MULTILINE)
    found = pattern.findall(text)
    if len(found) != 1:
        raise ValueError(f"{len(found)} lines say {key}")

    def put(match):
        head, _, _ = match.group(0).rpartition(": ")
        return f"{head}: {value}"

    return pattern.sub(put, text)


def number(text, key):
    """The number behind `key:`, or behind `value:` below it."""
    return float(re.search(rf"^ *{key}:(?: |\n +value: )([0-9.]+)", text, re.MULTILINE).group(1))


class Home:
    def __init__(self, root, path, architecture, units):
        """`units`: of each constant that will be written, "" for none."""
        self.path, self.units = path, units
        configs = path / "configs"
        (configs / "architectures").mkdir(parents=True)
        (path / "workloads").symlink_to(root / "workloads")
        for entry in (root / "configs").iterdir():
            if entry.name != "architectures":
                (configs / entry.name).symlink_to(entry)
        for entry in (root / "configs" / "architectures").iterdir():
            (configs / "architectures" / entry.name).symlink_to(entry)
        self.file = configs / "architectures" / f"{architecture}.yaml"
        self.text = self.file.read_text(encoding="utf-8")

    def values(self, names):
        return {name: number(self.text, name) for name in names}

    def write(self, constants):
        text = self.text
        for key, value in constants.items():
            text = with_value(text, key, f"{value:g} {self.units[key]}".rstrip())
        self.file.unlink()
        self.file.write_text(text, encoding="utf-8")
