using Spectre.Console;

namespace MedQA.Cli.Terminal;

/// <summary>Shows a run's progress: one changing line on a terminal, an occasional line elsewhere.</summary>
internal sealed class RunProgress(HostConsole console, TimeProvider time)
{
    /// <summary>The characters of a line that the spinner, the bar and the spaces between take.</summary>
    private const int AroundText = 28;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WriteUnchangedEvery = TimeSpan.FromMinutes(1);

    /// <summary>Shows a run until it has ended.</summary>
    /// <param name="name">The run's display name.</param>
    /// <param name="read">
    /// Reads its progress; <see langword="null"/> once it has ended. Storage is polled, since it has no event for this.
    /// </param>
    /// <param name="cancellationToken">Stops showing it.</param>
    public async Task ShowAsync(string name, Func<CancellationToken, Task<ProgressReading?>> read, CancellationToken cancellationToken)
    {
        if (!console.Quiet && console.Notices.Profile.Capabilities.Interactive && console.Notices.Profile.Out.IsTerminal)
        {
            await console.Notices.Progress()
                .AutoClear(true)
                .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 })
                .StartAsync(async context =>
                {
                    var task = context.AddTask(Markup.Escape(name), maxValue: 1);
                    await FollowAsync(read, (text, reading) =>
                    {
                        task.Description = Markup.Escape(text.Fit(name, Math.Max(16, console.Notices.Profile.Width - AroundText)));
                        task.MaxValue = Math.Max(1, reading.Questions);
                        task.Value = reading.Done;
                    }, cancellationToken);
                });
            return;
        }

        DateTimeOffset written = default;
        int? done = null;
        await FollowAsync(read, (text, reading) =>
        {
            var now = time.GetUtcNow();
            var due = written + (reading.Done == done ? WriteUnchangedEvery : WriteEvery);
            if (now >= due || (reading.Done == reading.Questions && reading.Done != done))
            {
                console.Note($"{name}: {text}");
                (written, done) = (now, reading.Done);
            }
        }, cancellationToken);
    }

    private async Task FollowAsync(
        Func<CancellationToken, Task<ProgressReading?>> read,
        Action<ProgressText, ProgressReading> show,
        CancellationToken cancellationToken)
    {
        ProgressReading? first = null, changed = null;
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await read(cancellationToken) is { } reading)
        {
            first ??= reading;
            if (changed is null || reading.Done != changed.Value.Done || reading.Tokens != changed.Value.Tokens)
            {
                changed = reading;
            }

            show(ProgressReading.Describe(first.Value, changed.Value, time.GetUtcNow()), reading);
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
