using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Pipeline.Runs;

namespace MedQA.Web.Contracts;

/// <summary>A page of answers in the order of their questions.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Continuation">Ask with it for the next page; missing on the last. While a run goes on, more can come behind the last
/// page.</param>
/// <param name="Total">How many answers pass in all, on the first page where that is known; else missing.</param>
public sealed record AnswerList(IReadOnlyList<AnswerRow> Answers, string? Continuation, int? Total = null);

/// <summary>A question with everything about its answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer with every reasoning and vote.</param>
public sealed record AnswerDetail(Question Question, AnsweredQuestion Answer);
