namespace MedQA.Datasets;

/// <summary>How a question set names the right option.</summary>
public enum AnswerNotation
{
    /// <summary>
    /// Decided over the whole file by the rows that only one notation explains; where those do not decide it, the file is refused.
    /// </summary>
    Detect,

    /// <summary>A letter: A for the first option.</summary>
    Letter,

    /// <summary>A number: 0 for the first option.</summary>
    FromZero,

    /// <summary>A number: 1 for the first option.</summary>
    FromOne,

    /// <summary>The text of the option.</summary>
    Text,
}
