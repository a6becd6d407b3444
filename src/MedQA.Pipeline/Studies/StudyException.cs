namespace MedQA.Pipeline.Studies;

/// <summary>A study that cannot be made of what was given. The message is a sentence for people that says what to change.</summary>
/// <param name="field">The field of the request at fault.</param>
/// <param name="message">What is wrong and what to do.</param>
public sealed class StudyException(string field, string message) : Exception(message)
{
    /// <summary>The field of the request at fault, such as <c>sources</c>.</summary>
    public string Field { get; } = field;
}
