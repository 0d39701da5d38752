"""Numbers that look random and depend on nothing but a seed and an index."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
WORD = 1 << 64


class Dice:
    """A short run of throws for one purpose and one index."""

    __slots__ = ("_left",)

    def __init__(self, seed: int, purpose: str, index: int) -> None:
        data = f"{seed}/{purpose}/{index}".encode()
        self._left = int.from_bytes(hashlib.blake2b(data, digest_size=64).digest())

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1."""
        self._left, thrown = divmod(self._left, end)
        return thrown

    def chance(self, one_in: int) -> bool:
        """True once in `one_in` throws."""
        return self.below(one_in) == 0

    def unit(self) -> float:
        """A number from 0 to 1."""
        return self.below(1 << 20) / (1 << 20)

    def of(self, choices: Sequence[T]) -> T:
        """One of `choices`, each as often as the others."""
        return choices[self.below(len(choices))]

    def skewed(self, choices: Sequence[T]) -> T:
        """One of `choices`, the first ones far more often."""
        return choices[int(len(choices) * self.unit() ** 3)]

    def hex(self, digits: int) -> str:
        """A hexadecimal word."""
        return f"{self.below(16**digits):0{digits}x}"


class Names:
    """Hexadecimal ids of 32 digits that can be read back to the number that they stand for."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._seed, self._purpose = seed, purpose
        dice = Dice(seed, purpose, -1)
        self._factor, self._offset = dice.below(WORD) | 1, dice.below(WORD)
        self._inverse = pow(self._factor, -1, WORD)

    def of(self, number: int) -> str:
        """The id of `number`."""
        return f"{(number * self._factor + self._offset) % WORD:016x}{Dice(self._seed, self._purpose, number).hex(16)}"

    def read(self, name: str) -> int:
        """The number of an id of ours; any other text gives some number, or -1."""
        try:
            return (int(name[:16], 16) - self._offset) * self._inverse % WORD
        except ValueError:
            return -1
