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
    def __init__(self, root, path, architecture, chip, units):
        """`chip`: CHIP.ecc_overhead or nothing. `units`: of each constant that will be written, "" for none."""
        self.path, self.units = path, units
        configs = path / "configs"
        configs.mkdir(parents=True)
        (path / "workloads").symlink_to(root / "workloads")
        for entry in (root / "configs").iterdir():
            if entry.name in ("architectures", "chips"):
                (configs / entry.name).mkdir()
                for file in entry.iterdir():
                    (configs / entry.name / file.name).symlink_to(file)
            else:
                (configs / entry.name).symlink_to(entry)
        self.files = {"": configs / "architectures" / f"{architecture}.yaml"}
        if chip:
            self.files["ecc_overhead"] = configs / "chips" / (chip.split(".")[0] + ".yaml")
        self.texts = {key: file.read_text(encoding="utf-8") for key, file in self.files.items()}

    def values(self, names):
        return {name: number(self.texts.get(name, self.texts[""]), name) for name in names}

    def write(self, constants):
        texts = dict(self.texts)
        for key, value in constants.items():
            where = key if key in texts else ""
            unit = " " + self.units[key] if self.units[key] else ""
            texts[where] = with_value(texts[where], key, f"{value:g}{unit}")
        for key, file in self.files.items():
            file.unlink()
            file.write_text(texts[key], encoding="utf-8")
