"""National numbers as people know them."""


def bare(national_id: str) -> str:
    """RPPS and ADELI without their prefix; any other as it is."""
    return national_id[1:] if national_id[:1] in {"8", "0"} and national_id.isdecimal() else national_id
