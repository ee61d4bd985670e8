"""`ops image build` and `ops image push`."""

from rich.console import Console

from ops.account import Environment
from ops.errors import BadInputError, OpsError
from ops.images.pinned import pin
from ops.images.registry import Image, Repository
from ops.images.tags import next_tag
from ops.images.tools import Tool, ToolName, find_tool
from ops.workspace import ROOT
from stacks.settings_file import ENVIRONMENTS, load_settings

SOURCE = ROOT / "app"


def build_image(environment: Environment, *, tool: ToolName | None, console: Console) -> None:
    """Build the service's image on this machine, under the name that it will be pushed as."""
    service, image = environment.settings.service, Repository(environment).image
    chosen = find_tool(tool, console=console)
    _say(console, f"Builds {image} for {service.architecture} with {chosen.name} ...")
    chosen.build(folder=SOURCE, image=image, architecture=service.architecture)
    _say(console, f"[green]Built[/] {image}")
    if not environment.embedded:
        _say(console, f"  Push it: python -m ops image push {environment.command_line}")


def push_image(environment: Environment, *, tool: ToolName | None, console: Console) -> None:
    """Push the image that was built, and write its digest into the settings, by which it is deployed."""
    if environment.embedded:
        raise BadInputError(
            "The embedded AWS runs no containers and keeps no layers of images, so there is nothing to push to.\n"
            "  A deployment publishes a placeholder there by itself; `image build` works."
        )
    repository, chosen = Repository(environment), find_tool(tool, console=console)
    _require_new_tag(repository)
    image = repository.image
    if not chosen.has(image):
        raise BadInputError(
            f"{chosen.name} has no image {image}.\n"
            f"  Build it first: python -m ops image build {environment.command_line} --tool {chosen.name}"
        )
    _push(chosen, repository, console=console)
    pushed = repository.tagged(environment.settings.service.image_tag)
    if pushed is None:
        raise OpsError(f"{image} was pushed, but the registry does not have it. Push it again.")
    _say(console, f"[green]Pushed[/] {image}\n  {pushed.digest}")
    _pin(environment, pushed, console=console)


def _push(tool: Tool, repository: Repository, *, console: Console) -> None:
    signed_in = repository.sign_in()
    try:
        tool.log_in(repository.registry, username=signed_in.username, password=signed_in.password)
        _say(console, f"Pushes {repository.image} with {tool.name} ...")
        tool.push(repository.image)
    finally:
        tool.log_out(repository.registry)


def _require_new_tag(repository: Repository) -> None:
    """Raise BadInputError where the tag is taken: tags of the repository are immutable."""
    environment = repository.environment
    tag = environment.settings.service.image_tag
    found = repository.tagged(tag)
    if found is None:
        return
    raise BadInputError(
        f"{repository.name}:{tag} was pushed on {found.pushed:%Y-%m-%d}, and a tag never changes its image.\n"
        f"  To release something else, set another tag in [service] of environments/{environment.name}.toml, "
        "then build and push that:\n"
        f'    image_tag = "{next_tag(tag, repository.tags())}"\n'
        "  To deploy what was pushed then, set its digest there:\n"
        f'    image_digest = "{found.digest}"'
    )


def _pin(environment: Environment, image: Image, *, console: Console) -> None:
    """Write the digest into the file; not where another environment than the file's was pushed to."""
    path = ENVIRONMENTS / f"{environment.name}.toml"
    shown = f"environments/{environment.name}.toml"
    if environment.suffix != load_settings(environment.name).environment.suffix:
        _say(console, f"{shown} is another environment's, so the digest was not written there.")
        return
    pin(path, image.digest)
    _say(
        console,
        f"Wrote image_digest into {shown}. Have that reviewed, and deploy it:\n"
        f"  python -m ops deploy {environment.command_line}",
    )


def _say(console: Console, text: str) -> None:
    console.print(text, soft_wrap=True, highlight=False)
