__version__ = "1.0"

TURNS = 3000


def work():
    total = 0
    for i in range(TURNS):
        total += i
    return total
