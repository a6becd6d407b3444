using MedQA.Evaluation.Answering;

namespace MedQA.Evaluation.Reporting;

/// <summary>What was thought under the profile's <c>thinkingTokens</c>.</summary>
/// <param name="Reasonings">Reasonings.</param>
/// <param name="Thinking">Of them, those with a thought.</param>
/// <param name="Closed">Of these, those of which a thought was closed because the budget was spent.</param>
/// <param name="Tokens">Tokens of all thoughts.</param>
public sealed record ThinkingFigures(int Reasonings, int Thinking, int Closed, long Tokens)
{
    /// <summary>These figures and those of one more reasoning; <see langword="null"/> where no reasoning is under a budget.</summary>
    internal static ThinkingFigures? Add(ThinkingFigures? figures, Reasoning reasoning)
    {
        if (reasoning.Thinking is not { } thinking)
        {
            return figures;
        }

        var isClosed = !thinking.Closed.IsEmpty;
        figures ??= new ThinkingFigures(0, 0, 0, 0);
        return new ThinkingFigures(
            figures.Reasonings + 1,
            figures.Thinking + (thinking.Tokens > 0 || isClosed ? 1 : 0),
            figures.Closed + (isClosed ? 1 : 0),
            figures.Tokens + thinking.Tokens);
    }
}
