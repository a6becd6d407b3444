using System.Globalization;

namespace MedQA.Cli.Terminal;

/// <summary>How far a run was at a moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Done">Questions done.</param>
/// <param name="Questions">All questions.</param>
/// <param name="Tokens">Tokens drawn.</param>
internal readonly record struct ProgressReading(DateTimeOffset At, int Done, int Questions, long Tokens)
{
    /// <summary>What people want to know: questions done, speed, and time left.</summary>
    /// <param name="first">The first reading of this process: a run that is taken up again counts its speed from there.</param>
    /// <param name="changed">The last reading that differed from the one before it; speed is measured up to there.</param>
    /// <param name="now">The time that passes while nothing changes shortens the time left.</param>
    public static string Describe(ProgressReading first, ProgressReading changed, DateTimeOffset now)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{changed.Done:#,0} of {changed.Questions:#,0} questions");
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

    /// <summary>A duration as a clock shows it.</summary>
    public static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
