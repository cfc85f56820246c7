"""Short codes for people to read aloud and type."""

import secrets

# No vowels (no words), and nothing that looks like another character: 0 O, 1 I L, 5 S, 8 B, 2 Z, U V.
ALPHABET = "34679CDFGHJKMNPQRTWXY"
CODE_LENGTH = 8


def new_code() -> str:
    """Returns a random code: one of 37 thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str | None:
    """Returns the code typed in either case, with or without spaces and hyphens; None when it cannot be one."""
    code = "".join(character for character in text.upper() if character not in " -\u00a0\t\r\n")
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def spaced(code: str) -> str:
    """Returns the code in two halves for the eye."""
    return f"{code[:4]} {code[4:]}"
