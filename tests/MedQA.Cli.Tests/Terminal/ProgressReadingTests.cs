using MedQA.Cli.Terminal;

namespace MedQA.Cli.Tests.Terminal;

public sealed class ProgressReadingTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_strategy_that_draws_no_tokens_has_no_such_speed() =>
        Assert.Equal("4 of 12 questions, 0:40 left", ProgressReading.Describe(At(0, 0, 0), At(20, 4, 0), Start.AddSeconds(20)));

    [Fact]
    public void Before_anything_is_done_only_the_count_is_known() =>
        Assert.Equal("0 of 12 questions", ProgressReading.Describe(At(0, 0, 0), At(0, 0, 0), Start.AddSeconds(9)));

    [Fact]
    public void Speed_and_time_left_come_from_what_this_process_has_seen() =>
        Assert.Equal("4 of 12 questions, 200 tokens/s, 0:40 left", ProgressReading.Describe(At(0, 0, 0), At(20, 4, 4000), Start.AddSeconds(20)));

    [Fact]
    public void A_run_that_is_taken_up_again_does_not_count_what_was_done_before() =>
        Assert.Equal("1,012 of 2,000 questions, 100 tokens/s, 13:40 left", ProgressReading.Describe(At(0, 1000, 900_000, 2000), At(10, 1012, 901_000, 2000), Start.AddSeconds(13.3)));

    [Fact]
    public void Time_that_passes_between_answers_shortens_the_time_left() =>
        Assert.Equal("4 of 12 questions, 200 tokens/s, 0:35 left", ProgressReading.Describe(At(0, 0, 0), At(20, 4, 4000), Start.AddSeconds(25)));

    [Fact]
    public void At_the_end_no_time_is_left() =>
        Assert.Equal("12 of 12 questions, 200 tokens/s", ProgressReading.Describe(At(0, 0, 0), At(60, 12, 12_000), Start.AddSeconds(61)));

    [Theory]
    [InlineData(59, "0:59")]
    [InlineData(3599, "59:59")]
    [InlineData(90_061, "25:01:01")]
    public void Durations_read_like_a_clock(int seconds, string text) => Assert.Equal(text, ProgressReading.Duration(TimeSpan.FromSeconds(seconds)));

    private static ProgressReading At(double seconds, int done, long tokens, int questions = 12) => new(Start.AddSeconds(seconds), done, questions, tokens);
}
