namespace MedQA.Evaluation.Questions;

/// <summary>The letters by which options are named in prompts, files and reports: A for the first, Z for the 26th.</summary>
public static class OptionLetter
{
    /// <summary>The most options that a question can have.</summary>
    public const int MaxOptions = 26;

    /// <summary>Returns the letter of an option.</summary>
    /// <param name="index">0-based, below <see cref="MaxOptions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index has no letter.</exception>
    public static char Of(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MaxOptions);
        return (char)('A' + index);
    }

    /// <summary>Returns the 0-based index of a letter in either case, or <see langword="null"/> if it is not one of A to Z.</summary>
    public static int? IndexOf(char letter) => char.ToUpperInvariant(letter) is >= 'A' and <= 'Z' and var upper ? upper - 'A' : null;
}
