"""Releases the locks that are left on an environment's states when a process was killed."""

from datetime import datetime

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.backend import load_backend
from ops.confirm import Confirmation
from ops.interrupt import Interrupt
from ops.locks import Locks
from ops.synth import synthesize
from ops.terraform import terraform_for


def unlock(environment: Environment, *, confirmation: Confirmation, console: Console) -> None:
    """Show who holds locks on the environment's states, and release them once the person has agreed."""
    locks = Locks(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        held = {name: lock for name in synthesized.layers if (lock := locks.find(name))}
        if not held:
            console.print(f"No state of {environment.suffix} is locked.")
            return
        for name, lock in held.items():
            console.print(f"  {name}: {escape(lock.description)}", soft_wrap=True)
        confirmation.of_unlock(list(held))
        terraform = terraform_for(synthesized, workspace=environment.workspace, interrupt=Interrupt())
        logs = environment.workspace.new_log_folder("unlock", now=datetime.now().astimezone())
        for name, lock in held.items():
            locks.release(synthesized.layers[name], lock, terraform=terraform, log=logs / f"{name}.log")
            console.print(f"Released the lock on {name}.")
