import json
import time
from pathlib import Path

while not (line := Path("place").read_text()):
    time.sleep(0.02)
print(json.loads(line)["url"])
