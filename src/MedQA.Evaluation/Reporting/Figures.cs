using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// How figures are written for people: percentages with one decimal, the divisor beside them, a dash for what is not there.
/// </summary>
internal static class Figures
{
    public const string None = "–";

    public static string Percent(double? share) => share is { } value ? (100 * value).ToString("0.0") + " %" : None;

    public static string Percent(Interval? interval) =>
        interval is { } value ? $"{100 * value.Lower:0.0} to {100 * value.Upper:0.0} %" : None;

    public static string WithInterval(double? share, Interval? interval) =>
        interval is null ? Percent(share) : $"{Percent(share)} ({Percent(interval)})";

    public static string Points(double difference) => $"{100 * difference:+0.0;-0.0;0.0} points";

    public static string Fraction(double? value) => value is { } known ? known.ToString("0.000") : None;

    public static string Fraction(double? value, Interval? interval) =>
        interval is { } known && value is not null ? $"{Fraction(value)} ({known.Lower:0.000} to {known.Upper:0.000})" : Fraction(value);

    public static string Count(long count) => count.ToString("#,0");

    public static string Of(int part, int whole) => $"{Count(part)}/{Count(whole)}";

    public static string P(double p) => p < 0.0001 ? "< 0.0001" : p.ToString("0.0000");

    /// <summary>Returns the accuracy's interval, or its bounds where questions failed.</summary>
    public static string Interval(Accuracy accuracy) =>
        accuracy.Bounds is { } bounds
            ? $"between {Percent(bounds.Lower)} and {Percent(bounds.Upper)} (failed all wrong, all right)"
            : Percent(accuracy.Interval);
}
