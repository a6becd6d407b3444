namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// Something in a template is wrong or not supported. Reported to callers as an <see cref="Evaluation.UnusableException"/> that names file
/// and line.
/// </summary>
/// <param name="problem">What the template has or does, completing "it uses …" where <paramref name="isUnknown"/>.</param>
/// <param name="isUnknown">Whether it is a construct that is not known, rather than an error in the template.</param>
/// <param name="line">The line, from 1; 0 if the catcher knows it.</param>
internal sealed class TemplateException(string problem, bool isUnknown = false, int line = 0) : Exception(problem)
{
    public bool IsUnknown { get; } = isUnknown;

    public int Line { get; } = line;
}
