using MedQA.Evaluation;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// The chat template itself refuses the messages (<c>raise_exception</c>), for example because it takes no system text. The message is the
/// template's.
/// </summary>
/// <param name="message">What the template says.</param>
internal sealed class TemplateRejectionException(string message) : InputException(message);
