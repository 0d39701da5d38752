"""The order of qualities (contract: "Video qualities, in order")."""

ORDER = ("144p", "240p", "360p", "480p", "720p", "1080p", "1440p", "2160p")


def rank(quality: str) -> tuple[int, str]:
    """Sorts the known video qualities by size, and all others behind them by name."""
    return (ORDER.index(quality), "") if quality in ORDER else (len(ORDER), quality)
