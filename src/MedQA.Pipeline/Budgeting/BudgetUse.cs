namespace MedQA.Pipeline.Budgeting;

/// <summary>What answering takes, or may take.</summary>
/// <param name="Tokens">Tokens that are generated over all samples.</param>
/// <param name="Seconds">Seconds that workers spend.</param>
internal readonly record struct BudgetUse(long Tokens, double Seconds)
{
    /// <summary>Both together.</summary>
    public static BudgetUse operator +(BudgetUse left, BudgetUse right) => new(left.Tokens + right.Tokens, left.Seconds + right.Seconds);

    /// <summary>What one has more than the other, and nothing where it has less.</summary>
    public static BudgetUse operator -(BudgetUse left, BudgetUse right) =>
        new(Math.Max(0, left.Tokens - right.Tokens), Math.Max(0, left.Seconds - right.Seconds));

    /// <summary>The larger of both, figure by figure.</summary>
    public static BudgetUse Larger(BudgetUse left, BudgetUse right) =>
        new(Math.Max(left.Tokens, right.Tokens), Math.Max(left.Seconds, right.Seconds));

    /// <summary>The smaller of both, figure by figure.</summary>
    public static BudgetUse Smaller(BudgetUse left, BudgetUse right) =>
        new(Math.Min(left.Tokens, right.Tokens), Math.Min(left.Seconds, right.Seconds));
}
