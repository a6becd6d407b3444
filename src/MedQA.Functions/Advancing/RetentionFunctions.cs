using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Studies;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Advancing;

/// <summary>Applies the retention settings by requesting deletions, which <see cref="RunAdvancer"/> executes.</summary>
public sealed class RetentionFunctions(RunRetention retention, StudyStore studies)
{
    /// <summary>
    /// Deletes data past its retention every hour, if a setting limits it, and completes interrupted removals of studies and
    /// ratings.
    /// </summary>
    [Function(nameof(OnRetention))]
    public async Task OnRetention([TimerTrigger("0 23 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await studies.FinishRemovalsAsync(cancellationToken);
        await retention.SweepAsync(cancellationToken);
    }
}
