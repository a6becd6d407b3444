using Azure;
using MedQA.Files;

namespace MedQA.Pipeline.Storage;

/// <summary>What a fault of a call to the storage means.</summary>
public static class StorageFault
{
    /// <summary>Whether the storage has refused a call, or could not be reached for it.</summary>
    public static bool IsOfStorage(this Exception fault) => fault is RequestFailedException or AggregateException;

    /// <summary>
    /// Whether it is a transient fault of the storage; a full disk is not, because someone must free space first.
    /// </summary>
    internal static bool IsOutage(this Exception fault) => fault.IsOfStorage() && FullDisk.Describe(fault) is null;

    /// <summary>Whether the storage has refused a call.</summary>
    public static bool IsRefusal(this Exception fault) => fault is RequestFailedException;

    /// <summary>What the storage has refused a call with, as a sentence; <see langword="null"/> where it has refused none.</summary>
    public static string? Describe(Exception fault) => fault is RequestFailedException refusal
        ? $"The storage responded with status {refusal.Status} ({refusal.ErrorCode ?? "no code"})."
        : null;

    /// <summary>The row or blob does not exist (or no longer exists).</summary>
    internal static bool IsMissing(this Exception fault) => fault is RequestFailedException { Status: 404 };

    /// <summary>Somebody else was first: it exists already, or has changed since it was read.</summary>
    internal static bool IsConflict(this Exception fault) => fault is RequestFailedException { Status: 409 or 412 };

    /// <summary>What was being read has been replaced since it was opened.</summary>
    internal static bool IsChanged(this Exception fault) => fault is RequestFailedException { Status: 412 };

    /// <summary>The row to write has changed since it was read, or no longer exists.</summary>
    internal static bool IsOutdated(this Exception fault) =>
        fault.IsConflict() || (fault.IsMissing() && fault is RequestFailedException { ErrorCode: not "TableNotFound" });

    /// <summary>A blob of an existing container is missing, or is not the requested version.</summary>
    internal static bool IsOtherVersion(this Exception fault) =>
        fault is RequestFailedException { ErrorCode: "BlobNotFound" or "ConditionNotMet" };

    /// <summary>The lease that the call names is not (or no longer) the blob's.</summary>
    internal static bool IsLeaseLost(this Exception fault) => fault is RequestFailedException
    {
        ErrorCode: "LeaseLost" or "LeaseIdMismatchWithBlobOperation" or "LeaseNotPresentWithBlobOperation"
            or "LeaseIdMismatchWithLeaseOperation" or "LeaseNotPresentWithLeaseOperation" or "LeaseIsBrokenAndCannotBeRenewed"
            or "LeaseIdMissing"
    };

    /// <summary>This identity may not do what it asked for.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="code">The storage's code for the reason.</param>
    internal static bool IsForbidden(this Exception fault, out string? code)
    {
        code = (fault as RequestFailedException)?.ErrorCode;
        return fault is RequestFailedException { Status: 403 };
    }
}
