using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Strategies;

/// <summary>
/// Answers a question in one way. Ordinal, gold and seconds of the result are filled in by <see cref="QuestionAnswerer"/>.
/// </summary>
internal delegate Task<AnsweredQuestion> AnsweringStrategy(AskedQuestion asked, CancellationToken cancellationToken);

/// <summary>The strategies by name.</summary>
internal static class Strategy
{
    /// <summary>The strategy of a name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none of that name.</exception>
    public static AnsweringStrategy Of(string name) => name switch
    {
        StrategyNames.FewShot or StrategyNames.ChainOfThought or StrategyNames.SelfConsistency or StrategyNames.Deferral =>
            SelfConsistency.AnswerAsync,
        StrategyNames.AdaptiveSelfConsistency => AdaptiveSelfConsistency.AnswerAsync,
        StrategyNames.Likelihood => Likelihood.AnswerAsync,
        StrategyNames.ChoiceShuffle => ChoiceShuffle.AnswerAsync,
        StrategyNames.EnsembleRefinement => EnsembleRefinement.AnswerAsync,
        StrategyNames.LongForm => LongForm.AnswerAsync,
        StrategyNames.SoftSelfConsistency => SoftSelfConsistency.AnswerAsync,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no strategy of this name."),
    };
}
