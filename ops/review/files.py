"""Where a review is written to."""

from dataclasses import dataclass
from pathlib import Path

from ops.errors import BadInputError
from ops.review.content import Content
from ops.review.markdown import written
from ops.review.page import render
from ops.review.reviewed import Reviewed


@dataclass(frozen=True)
class Files:
    """Where the page and the comment go, and the record of what they are of, which a deployment can be held to."""

    html: Path
    markdown: Path
    record: Path

    def check(self) -> None:
        """Raise BadInputError where nothing can be written, before anybody has waited for a plan."""
        for path in (self.html, self.markdown, self.record):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadInputError(f"{path.parent} cannot be a folder: {error.strerror}") from None
            if path.is_dir():
                raise BadInputError(f"{path} is a folder: name a file.")

    def write(self, content: Content, record: Reviewed) -> None:
        """Write all three. Raises BadInputError where that is refused."""
        texts = {self.html: render(content), self.markdown: written(content), self.record: record.model_dump_json()}
        for path, text in texts.items():
            try:
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                raise BadInputError(f"{path} cannot be written: {error.strerror}") from None
