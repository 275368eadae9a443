"""The commands: every job without a window."""

from typing import Annotated

import typer

from engine.errors import UsageError
from engine.shell import inspection, microphone, models, people, transcription, verification
from engine.shell.console import Group
from engine.shell.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Json,
    Library,
    LookaheadS,
    MemoryS,
    Models,
    Preset,
    Presets,
    StepS,
    load_of,
    refuse_before_command,
    timing_of,
)

CONTEXT = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=Group, add_completion=False, pretty_exceptions_enable=False, context_settings=CONTEXT
)
"""``python -m engine``; the program with the window takes these commands over."""

for command in (
    transcription.transcribe,
    transcription.diarize,
    microphone.listen,
    microphone.devices,
    verification.verify,
    verification.identify,
    people.enroll,
    inspection.inspect,
    inspection.doctor,
):
    app.command()(command)
app.add_typer(people.speakers, name="speakers")
app.add_typer(models.app, name="models")


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="Play the demo recording, live.")] = False,
    no_window: Annotated[bool, typer.Option("--no-window", hidden=True)] = False,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    library: Library = None,
    as_json: Json = False,
    preset: Presets = Preset.BALANCED,
    step_s: StepS = None,
    lookahead_s: LookaheadS = None,
    memory_s: MemoryS = None,
) -> None:
    """Live words, speakers and voices with UniSpeech-SAT, without a window."""
    if context.invoked_subcommand is not None:
        refuse_before_command(context)
        return
    if not demo:
        raise UsageError("nothing was asked for: give a command, --demo, or --help")
    timing = timing_of(step_s, lookahead_s, memory_s, preset)
    transcription.play("demo", load_of(model, device, dtype), timing, as_json, library)
