namespace MedQA.Evaluation;

/// <summary>The rules by which questions are asked, answers are read and votes are counted.</summary>
public static class EvaluationRules
{
    /// <summary>
    /// Changes with every change of these rules that can change a result; part of a run's id, so that results under different rules are
    /// never combined in one run.
    /// </summary>
    public const string Version = "2";
}
