from outcome import contains, equal, json_file

checks = json_file("checks.json")
names = [check["name"] for check in checks]
for name in ("cores", "load", "governor", "turbo", "smt", "clock", "open files", "local ports", "swap"):
    assert name in names, names
with open("said", encoding="utf-8") as file:
    said = file.read()
for check in checks:
    assert check["verdict"] in ("good", "note", "warning", "unknown"), check
    equal(check["remedy"] != "", check["verdict"] in ("note", "warning"), check["name"])
    contains(said, check["name"])
with open("codes", encoding="utf-8") as file:
    code = int(file.read().split()[-1])
assert code in (0, 7), code
