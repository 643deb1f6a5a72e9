"""What a person sees of a run: how many rows are done, in place of a block of lines for each job that goes well.

The blocks are in .snakemake/log/; with -p they are in the terminal too. A dry run shows them as ever, and whatever goes
wrong is shown as ever. `quiet:` in a profile is no way to do this: it hides what goes wrong with the rest, and keeps
both out of .snakemake/log/.
"""

from snakemake.logging import logger
from snakemake.settings.enums import Quietness

from lettermill.workflow.progress import Job, Progress
from lettermill.workflow.progress_log import Watch, is_news

WATCHES = []


def say(line):
    """A line of progress for the terminal and the log; --quiet progress hides it."""
    logger.info(f"Progress: {line}", extra={"quietness": Quietness.PROGRESS})


def planned_jobs():
    """The jobs of this run."""
    every_row = sum(map(PLAN.rows_in, BATCHES))
    for job in workflow.dag.needrun_jobs():
        batch = job.wildcards.get("batch", "")
        yield Job(job.rule.name, batch, PLAN.rows_in(batch) if batch else every_row)


def watch_run():
    """Show the progress of the run that starts, unless nobody wants to see any."""
    wanted = workflow.output_settings
    if workflow.touch or not {Quietness.PROGRESS, Quietness.ALL}.isdisjoint(wanted.quiet or ()):
        return
    jobs = list(planned_jobs())
    progress = Progress(jobs, workflow.cores if workflow.local_exec else min(workflow.nodes, len(jobs)))
    if progress.is_over:
        return
    if not (wanted.printshellcmds or wanted.verbose):
        for handler in logger.handlers:
            if handler.name == "DefaultStreamHandler":
                handler.addFilter(is_news)
    terminal = (sys.stdout if wanted.stdout else sys.stderr).isatty()
    watch = Watch(progress, say, growth=0.1 if terminal else 1.0, longest=10 if terminal else 60)
    logger.addHandler(watch)
    watch.start()
    WATCHES.append(watch)


def end_watch():
    """Show how far the run has come."""
    for watch in WATCHES:
        watch.end()


def show_summary():
    """Show the summary, if this run has written it."""
    path = Path("results/summary.txt")
    if path.exists() and path.stat().st_mtime >= STARTED:
        logger.info(f"\n{path.read_text(encoding='utf-8')}")
