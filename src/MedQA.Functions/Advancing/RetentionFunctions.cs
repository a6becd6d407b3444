using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Studies;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Advancing;

/// <summary>Deletes what is older than the settings say, as a person would: <see cref="RunAdvancer"/> obeys.</summary>
public sealed class RetentionFunctions(RunRetention retention, StudyStore studies)
{
    /// <summary>
    /// Looks every hour for what is old, where a setting says how long things are kept, and goes on with removals of studies and ratings
    /// that were cut off.
    /// </summary>
    [Function(nameof(OnRetention))]
    public async Task OnRetention([TimerTrigger("0 23 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await studies.FinishRemovalsAsync(cancellationToken);
        await retention.SweepAsync(cancellationToken);
    }
}
