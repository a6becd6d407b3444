using MedQA.Tuning.Commands;

return await TuningProgram.InvokeAsync(args);
