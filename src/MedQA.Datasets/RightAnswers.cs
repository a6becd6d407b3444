namespace MedQA.Datasets;

/// <summary>
/// How many options of a question can be right. It belongs to the whole question set: were only the questions with two right options asked
/// for several, the prompt would give their number away.
/// </summary>
public enum RightAnswers
{
    /// <summary>One. A row that names several cannot be used.</summary>
    One,

    /// <summary>One or more, of every question: the answer is all of them.</summary>
    Several,
}
