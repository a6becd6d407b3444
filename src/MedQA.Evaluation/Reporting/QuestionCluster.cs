using System.Globalization;
using MedQA.Evaluation.Answering;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Which questions belong together: equal ones, and those on one passage. They count for less than as many independent ones.
/// </summary>
internal static class QuestionCluster
{
    /// <summary>
    /// Returns the cluster of an answer's question as a number, which takes a third of the memory of its digits; of a question of which
    /// nothing was recorded a unique number.
    /// </summary>
    public static ulong Of(AnsweredQuestion answered) =>
        NumberOf(answered.Cluster) ?? NumberOf(answered.QuestionFingerprint) ?? Alone(answered.Ordinal);

    /// <summary>Returns a separate cluster.</summary>
    public static ulong Alone(int ordinal) => ulong.MaxValue - (uint)ordinal;

    /// <summary>16 hexadecimal digits as a number, or <see langword="null"/> if there are none.</summary>
    public static ulong? NumberOf(string? digits) =>
        string.IsNullOrEmpty(digits) ? null : ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
