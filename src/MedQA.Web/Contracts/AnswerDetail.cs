using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;

namespace MedQA.Web.Contracts;

/// <summary>A question with its full answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer with every reasoning and vote.</param>
public sealed record AnswerDetail(Question Question, AnsweredQuestion Answer);
