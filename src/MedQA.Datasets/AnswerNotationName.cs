using MedQA.Evaluation;

namespace MedQA.Datasets;

/// <summary>
/// The names by which people choose an <see cref="AnswerNotation"/>: <c>detect</c>, <c>letter</c>, <c>fromZero</c>, <c>fromOne</c>,
/// <c>text</c>.
/// </summary>
public static class AnswerNotationName
{
    /// <summary>All names, as a phrase: <c>detect, letter, fromZero, fromOne or text</c>.</summary>
    public static string All { get; } =
        string.Join(", ", Enum.GetValues<AnswerNotation>()[..^1].Select(Of)) + " or " + Of(Enum.GetValues<AnswerNotation>()[^1]);

    /// <summary>Returns the name of a notation.</summary>
    public static string Of(AnswerNotation notation) => EnumNames.Of(notation);

    /// <summary>Returns the notation of a name in any case, or <see langword="null"/> if there is none of that name.</summary>
    public static AnswerNotation? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var notation in Enum.GetValues<AnswerNotation>())
        {
            if (string.Equals(Of(notation), name, StringComparison.OrdinalIgnoreCase))
            {
                return notation;
            }
        }

        return null;
    }
}
