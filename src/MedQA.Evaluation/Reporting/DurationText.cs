using System.Globalization;

namespace MedQA.Evaluation.Reporting;

/// <summary>Writes durations for people.</summary>
public static class DurationText
{
    /// <summary>Formats a duration in its two largest units.</summary>
    public static string Of(TimeSpan time)
    {
        var whole = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        return whole switch
        {
            { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Days} d {whole.Hours} h"),
            { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Hours} h {whole.Minutes} min"),
            { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes} min {whole.Seconds} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{whole.Seconds} s"),
        };
    }
}
