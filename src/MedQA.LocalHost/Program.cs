using MedQA.LocalHost.Commands;

return await CommandLine.InvokeAsync(args);
