"""Why a file was not loaded. The text is French: it is shown to the operator as it is."""


class WrongFile(Exception):
    """The file is not what it should be; nothing was changed."""


class GateClosed(Exception):
    """The file can be read but looks wrong beside the last load; nothing was changed."""
