using System.Globalization;

namespace MedQA.Cli.Terminal;

/// <summary>The progress of a run at one moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Done">Finished questions.</param>
/// <param name="Questions">All questions.</param>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="Cost">What the model's service has charged, for people; <see langword="null"/> without prices.</param>
internal readonly record struct ProgressReading(DateTimeOffset At, int Done, int Questions, long Tokens, string? Cost = null)
{
    /// <summary>Describes finished questions, speed and time left.</summary>
    /// <param name="first">The first reading of this process; the speed of a resumed run is measured from there.</param>
    /// <param name="changed">The last reading that differed from its predecessor; speed is measured up to there.</param>
    /// <param name="now">The current time; time without a change shortens the time left.</param>
    public static string Describe(ProgressReading first, ProgressReading changed, DateTimeOffset now)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{changed.Done:#,0} of {changed.Questions:#,0} questions")
            + (changed.Cost is { } cost ? $", {cost}" : "");
        var seconds = (changed.At - first.At).TotalSeconds;
        var done = changed.Done - first.Done;
        if (seconds <= 0 || done <= 0)
        {
            return text;
        }

        var left =
            TimeSpan.FromSeconds(Math.Max(0, ((changed.Questions - changed.Done) * seconds / done) - (now - changed.At).TotalSeconds));
        var tokens = changed.Tokens - first.Tokens;
        var speed = tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $", {tokens / seconds:#,0} tokens/s") : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{text}{speed}{(changed.Done < changed.Questions ? $", {Duration(left)} left" : "")}");
    }

    /// <summary>Formats a duration as h:mm:ss or m:ss.</summary>
    public static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
