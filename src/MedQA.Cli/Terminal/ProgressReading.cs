using System.Globalization;
using MedQA.Evaluation.Reporting;

namespace MedQA.Cli.Terminal;

/// <summary>The progress of a run at one moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Done">Finished questions.</param>
/// <param name="Questions">All questions.</param>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="Cost">What the model's service has charged, for people; <see langword="null"/> without prices.</param>
internal readonly record struct ProgressReading(DateTimeOffset At, int Done, int Questions, long Tokens, string? Cost = null)
{
    /// <summary>
    /// How many answers a speed follows from at least: questions are asked several at once, and the first to be answered say little of the
    /// time that the others take.
    /// </summary>
    private static int Needed(int questions) => Math.Clamp(questions / 4, 3, 16);

    /// <summary>Describes finished questions, speed and time left, the most important first.</summary>
    /// <param name="first">The first reading of this process; the speed of a resumed run is measured from there.</param>
    /// <param name="changed">The last reading that differed from its predecessor; speed is measured up to there.</param>
    /// <param name="now">The current time; time without a change shortens the time left.</param>
    public static ProgressText Describe(ProgressReading first, ProgressReading changed, DateTimeOffset now)
    {
        var text = new ProgressText(
            string.Create(CultureInfo.InvariantCulture, $"{changed.Done:#,0} of {changed.Questions:#,0} questions"), Cost: changed.Cost);
        var seconds = (changed.At - first.At).TotalSeconds;
        var done = changed.Done - first.Done;
        if (seconds <= 0 || done <= 0 || done < Math.Min(Needed(first.Questions), first.Questions - first.Done))
        {
            return text;
        }

        var left =
            TimeSpan.FromSeconds(Math.Max(0, ((changed.Questions - changed.Done) * seconds / done) - (now - changed.At).TotalSeconds));
        var tokens = changed.Tokens - first.Tokens;
        return text with
        {
            Left = changed.Done < changed.Questions ? $"{DurationText.Of(left)} left" : null,
            Speed = tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $"{tokens / seconds:#,0} tokens/s") : null,
        };
    }
}

/// <summary>A run's progress in words.</summary>
/// <param name="Count">How many questions are done, of how many.</param>
/// <param name="Left">The time left.</param>
/// <param name="Cost">What the model's service has charged.</param>
/// <param name="Speed">Tokens a second.</param>
internal readonly record struct ProgressText(string Count, string? Left = null, string? Cost = null, string? Speed = null)
{
    private const int LeastName = 16;

    /// <summary>
    /// Returns the progress of a run in at most so many characters: what matters least is left out first, and a long name is shortened.
    /// The count stays whole.
    /// </summary>
    /// <param name="name">The run's display name.</param>
    /// <param name="width">The most characters.</param>
    public string Fit(string name, int width)
    {
        foreach (var text in (ReadOnlySpan<ProgressText>)[this, this with { Speed = null }, this with { Speed = null, Cost = null }])
        {
            if (text.LengthWith(Math.Min(name.Length, LeastName)) <= width)
            {
                return text.With(name, width);
            }
        }

        var count = new ProgressText(Count);
        return count.LengthWith(1) <= width ? count.With(name, width) : Count;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", new[] { Count, Cost, Speed, Left }.OfType<string>());

    private int LengthWith(int name) => name + 2 + ToString().Length;

    private string With(string name, int width)
    {
        var room = width - LengthWith(0);
        return $"{(name.Length <= room ? name : string.Concat(name.AsSpan(0, room - 1), "…"))}: {this}";
    }
}
