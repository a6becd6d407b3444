using Azure;

namespace MedQA.Pipeline.Storage;

/// <summary>What a refused storage call means.</summary>
internal static class StorageConflicts
{
    /// <summary>The row or blob is not there (or not any more).</summary>
    public static bool IsMissing(this RequestFailedException fault) => fault.Status == 404;

    /// <summary>Somebody else was first: it exists already, or has changed since it was read.</summary>
    public static bool IsConflict(this RequestFailedException fault) => fault.Status is 409 or 412;

    /// <summary>What was being read has been replaced since it was opened.</summary>
    public static bool IsChanged(this RequestFailedException fault) => fault.Status == 412;

    /// <summary>The lease that the call names is not (or no longer) the blob's.</summary>
    public static bool IsLeaseLost(this RequestFailedException fault) =>
        fault.ErrorCode is "LeaseLost" or "LeaseIdMismatchWithBlobOperation" or "LeaseNotPresentWithBlobOperation"
            or "LeaseIdMismatchWithLeaseOperation" or "LeaseNotPresentWithLeaseOperation" or "LeaseIsBrokenAndCannotBeRenewed"
            or "LeaseIdMissing";

    /// <summary>The blob's length is not the expected one.</summary>
    public static bool IsPositionConflict(this RequestFailedException fault) => fault.ErrorCode is "AppendPositionConditionNotMet";
}
