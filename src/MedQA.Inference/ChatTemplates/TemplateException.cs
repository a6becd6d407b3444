namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// Something in a chat template is wrong or not known. Told to callers as an <see cref="Evaluation.UnusableException"/> that names file
/// and line.
/// </summary>
/// <param name="problem">What the template has or does, completing "it uses …" where <paramref name="isUnknown"/>.</param>
/// <param name="isUnknown">Whether it is a construct that is not known, rather than an error in the template.</param>
/// <param name="line">The line, from 1; 0 where whoever catches it knows.</param>
internal sealed class TemplateException(string problem, bool isUnknown = false, int line = 0) : Exception(problem)
{
    public bool IsUnknown { get; } = isUnknown;

    public int Line { get; } = line;
}
