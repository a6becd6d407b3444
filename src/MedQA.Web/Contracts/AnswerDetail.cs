using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;

namespace MedQA.Web.Contracts;

/// <summary>A question with its full answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer with every reasoning and vote.</param>
/// <param name="Prompt">
/// The exact prompt, where it was asked for: a completion's text, or a chat's messages, each after its role in brackets. Omitted where the
/// question could not be asked.
/// </param>
public sealed record AnswerDetail(Question Question, AnsweredQuestion Answer, string? Prompt = null);
