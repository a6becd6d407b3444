using FsCheck.Xunit;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Tests.Terminal;

public sealed class ProgressReadingTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_strategy_that_draws_no_tokens_has_no_such_speed() =>
        Assert.Equal("4 of 12 questions, 40 s left", Text(At(0, 0, 0), At(20, 4, 0), 20));

    [Fact]
    public void Before_anything_is_done_only_the_count_is_known() =>
        Assert.Equal("0 of 12 questions", Text(At(0, 0, 0), At(0, 0, 0), 9));

    [Fact]
    public void Speed_and_time_left_come_from_what_this_process_has_seen() =>
        Assert.Equal("4 of 12 questions, 200 tokens/s, 40 s left", Text(At(0, 0, 0), At(20, 4, 4000), 20));

    [Fact]
    public void A_run_that_is_taken_up_again_does_not_count_what_was_done_before() =>
        Assert.Equal(
            "1,020 of 2,000 questions, 100 tokens/s, 8 min 7 s left", Text(At(0, 1000, 900_000, 2000), At(10, 1020, 901_000, 2000), 13.3));

    [Fact]
    public void Time_that_passes_between_answers_shortens_the_time_left() =>
        Assert.Equal("4 of 12 questions, 200 tokens/s, 35 s left", Text(At(0, 0, 0), At(20, 4, 4000), 25));

    [Fact]
    public void At_the_end_no_time_is_left() =>
        Assert.Equal("12 of 12 questions, 200 tokens/s", Text(At(0, 0, 0), At(60, 12, 12_000), 61));

    [Fact]
    public void A_retry_during_which_all_questions_count_as_done_has_no_time_left() =>
        Assert.Equal("12 of 12 questions", Text(At(0, 12, 1000), At(20, 12, 3000), 20));

    [Fact]
    public void A_run_of_one_question_has_a_speed_at_its_end() =>
        Assert.Equal("1 of 1 questions, 200 tokens/s", Text(At(0, 0, 0, 1), At(10, 1, 2000, 1), 10));

    /// <summary>
    /// Questions of which several are asked at once, each of them for 5 to 15 seconds: the first time that is said is at most twice and at
    /// least half of what it then takes.
    /// </summary>
    [Property(MaxTest = 500)]
    public void The_first_time_left_is_right_within_a_factor_of_two(int seed)
    {
        var random = new Random(seed);
        var (atOnce, questions) = (random.Next(1, 9), random.Next(40, 400));
        var ends = new List<double>();
        var busy = new PriorityQueue<int, double>(Enumerable.Range(0, atOnce).Select(static place => (place, 0.0)));
        for (var i = 0; i < questions; i++)
        {
            busy.TryDequeue(out var place, out var free);
            ends.Add(free + 5 + (10 * random.NextDouble()));
            busy.Enqueue(place, ends[^1]);
        }

        ends.Sort();
        var said = Enumerable.Range(1, questions - 1)
            .Select(done => (At: ends[done - 1], Text: ProgressReading.Describe(At(0, 0, 0, questions), At(ends[done - 1], done, 0, questions), Start.AddSeconds(ends[done - 1]))))
            .First(static said => said.Text.Left is not null);

        Assert.InRange(SecondsOf(said.Text.Left!) / (ends[^1] - said.At), 0.5, 2);
    }

    [Theory]
    [InlineData(100, "mine.csv: 4 of 12 questions, 0.02 EUR, 200 tokens/s, 40 s left")]
    [InlineData(60, "mine.csv: 4 of 12 questions, 0.02 EUR, 40 s left")]
    [InlineData(40, "mine.csv: 4 of 12 questions, 40 s left")]
    [InlineData(37, "mine.csv: 4 of 12 questions")]
    [InlineData(32, "mine.csv: 4 of 12 questions")]
    [InlineData(23, "min…: 4 of 12 questions")]
    [InlineData(19, "4 of 12 questions")]
    public void A_narrow_line_leaves_out_what_matters_least_and_keeps_the_count(int width, string expected)
    {
        var fitted = new ProgressText("4 of 12 questions", "40 s left", "0.02 EUR", "200 tokens/s").Fit("mine.csv", width);

        Assert.Equal(expected, fitted);
        Assert.InRange(fitted.Length, 1, width);
    }

    private static string Text(ProgressReading first, ProgressReading changed, double now) =>
        ProgressReading.Describe(first, changed, Start.AddSeconds(now)).ToString();

    /// <summary>Returns the lower bound of a duration's text.</summary>
    private static double SecondsOf(string text)
    {
        var words = text.Split(' ');
        return Enumerable.Range(0, words.Length / 2).Sum(pair => double.Parse(words[2 * pair], System.Globalization.CultureInfo.InvariantCulture) * (words[(2 * pair) + 1] switch
        {
            "d" => 86_400, "h" => 3600, "min" => 60, _ => 1,
        }));
    }

    private static ProgressReading At(double seconds, int done, long tokens, int questions = 12) => new(Start.AddSeconds(seconds), done, questions, tokens);
}
