using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MedQA.Evaluation.Reporting;

/// <summary>How precisely a run is to know its accuracy before it stops, and of which questions.</summary>
/// <param name="Points">The largest half-width of the 95 % interval, in percentage points.</param>
/// <param name="Datasets">The run's data sets, each with all its questions whose right option is known, asked or not.</param>
public sealed record AccuracyTarget(decimal Points, ImmutableArray<DatasetSize> Datasets)
{
    /// <summary>The least half-width that can be asked for, in percentage points.</summary>
    public const decimal LeastPoints = 0.1m;

    /// <summary>The greatest half-width that can be asked for, in percentage points.</summary>
    public const decimal MostPoints = 25;

    /// <summary>What a half-width must be, as the end of a sentence.</summary>
    public const string Takes =
        "percentage points from 0.1 to 25, as ±2 % or 2.5 (with a point; 2 means within 2 points on either side)";

    /// <summary>Reads a half-width in percentage points: <c>2</c>, <c>±2 %</c>, <c>+-2.5%</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="points">The half-width.</param>
    /// <returns>Whether it is a half-width that can be asked for.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out decimal points)
    {
        var number = (text ?? "").AsSpan().Trim();
        number = number.StartsWith("±", StringComparison.Ordinal) ? number[1..]
            : number.StartsWith("+-", StringComparison.Ordinal) ? number[2..]
            : number;
        number = number.EndsWith("%", StringComparison.Ordinal) ? number[..^1] : number;
        return decimal.TryParse(number.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out points)
            && points is >= LeastPoints and <= MostPoints
            && points.Scale <= 4;
    }

    /// <summary>Writes a half-width so that equal ones are equal texts.</summary>
    public static string TextOf(decimal points) => points.ToString("0.####", CultureInfo.InvariantCulture);
}

/// <summary>How many questions of a data set say which option is right.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Questions">Its questions with a known right option.</param>
public sealed record DatasetSize(string Dataset, int Questions);

/// <summary>That a run stopped before all its questions were asked, since its accuracy was known precisely enough.</summary>
/// <param name="Asked">Questions that were asked and count: the first ones in an order that was drawn before any was asked.</param>
/// <param name="Of">Questions that could be asked.</param>
/// <param name="Points">The half-width that was asked for, in percentage points.</param>
/// <param name="Interval">
/// 95 % interval of the accuracy that the run would have if all its questions were asked, valid at every look: a confidence sequence
/// without replacement.
/// </param>
public sealed record StoppedEarly(int Asked, int Of, decimal Points, Statistics.Interval Interval);
