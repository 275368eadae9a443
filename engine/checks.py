"""One thing looked at, as ``doctor`` and ``models verify`` say it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and the way out where it is not ``ok``.

    Without what is not ``is_needed`` the program still does its work.
    """

    name: str
    ok: bool
    value: str
    way_out: str = ""
    is_needed: bool = True

    @property
    def summary(self) -> str:
        """The check on one line."""
        if self.ok:
            return f"ok    {self.name:<14} {self.value}"
        mark = "FAIL" if self.is_needed else "--  "
        return f"{mark}  {self.name:<14} {self.value}: {self.way_out}"

    @property
    def fields(self) -> dict[str, bool | str]:
        """The check as the contract names its fields."""
        way_out = "" if self.ok else self.way_out
        return {"name": self.name, "ok": self.ok, "value": self.value, "way_out": way_out}
