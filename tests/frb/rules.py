"""The numbers of the FRB list (rachelbythebay.com/frb), and why some rules do not apply to us."""

NUMBERS = tuple(
    f"{number:03}"
    for first, last in (
        (1, 4), (10, 16), (20, 24), (30, 37), (50, 51), (60, 66), (70, 71), (80, 90), (100, 106), (110, 120),
        (130, 137), (140, 141),
    )
    for number in range(first, last + 1)
)  # fmt: skip

DOES_NOT_APPLY = {
    "071": "no command leaves the validators out, so there is nothing to confirm",
    "089": "its text could not be had, so nothing is claimed",
}
