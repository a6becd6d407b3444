using MedQA.Cli.Terminal;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console.Testing;

namespace MedQA.Cli.Tests.Terminal;

public sealed class RunProgressTests
{
    [Fact]
    public async Task Kept_output_gets_a_line_now_and_then_and_one_at_the_end()
    {
        using var notices = new TestConsole();
        var time = new FakeTimeProvider();
        var console = new HostConsole(new TestConsole(), notices);

        await ShowAsync(console, time, questions: 40);

        Assert.Equal(["a.csv: 0 of 40 questions", "a.csv: 20 of 40 questions, 200 tokens/s, 10 s left", "a.csv: 40 of 40 questions, 200 tokens/s"], notices.Lines.Where(static line => line.Length > 0));
    }

    [Fact]
    public async Task Quiet_says_nothing()
    {
        using var notices = new TestConsole();
        await ShowAsync(new HostConsole(new TestConsole(), notices) { Quiet = true }, new FakeTimeProvider(), questions: 40);
        Assert.Equal("", notices.Output);
    }

    private static async Task ShowAsync(HostConsole console, FakeTimeProvider time, int questions)
    {
        var done = 0;
        await new RunProgress(console, time).ShowAsync("a.csv", _ =>
        {
            // Each look takes the time to the next one, so that the timer's next tick is there already.
            time.Advance(TimeSpan.FromMilliseconds(500));
            ProgressReading? reading = done > questions ? null : new ProgressReading(time.GetUtcNow(), done, questions, done * 100L);
            done++;
            return Task.FromResult(reading);
        }, TestContext.Current.CancellationToken);
    }
}
